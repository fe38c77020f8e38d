import "@/styles/index.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { queries } from "@/api/queries";
import { router } from "@/router";
import { bringBackTyped, keepTyped } from "@/upgrade/typed";
import { watchVersion } from "@/upgrade/version";
import { appearanceOf, remembered, wear } from "@/theme/appearance";

wear(appearanceOf(remembered()));
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
bringBackTyped();
// a part of the open page could not be loaded: what is typed in it is kept while it is still there
window.addEventListener("vite:preloadError", keepTyped);
watchVersion();
