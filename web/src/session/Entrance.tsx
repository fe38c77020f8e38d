import { Outlet } from "@tanstack/react-router";

import { Door } from "@/session/Door";

/** Every page stands behind the door. */
export function Entrance() {
  return (
    <Door>
      <Outlet />
    </Door>
  );
}
