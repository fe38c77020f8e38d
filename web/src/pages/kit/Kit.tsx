import "@/pages/kit/kit.css";

import { lazy, Suspense } from "react";

import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { Buttons } from "@/pages/kit/Buttons";
import { Fields } from "@/pages/kit/Fields";
import { Places } from "@/pages/kit/Places";
import { States } from "@/pages/kit/States";
import { ThemeCard } from "@/pages/kit/ThemeCard";
import { Tokens } from "@/pages/kit/Tokens";

const Data = lazy(() => import("@/pages/kit/Data"));
const Trials = lazy(() => import("@/pages/kit/Trials"));

/** Every component in every state, in the theme that is worn. */
export default function Kit() {
  return (
    <Page title="Kit" lead="Every part that the console is made of, in each of its states.">
      <ThemeCard />
      <Buttons />
      <Fields />
      <States />
      <Places />
      <Suspense fallback={<Loading lines={12} />}>
        <Data />
        <Trials />
      </Suspense>
      <Tokens />
    </Page>
  );
}
