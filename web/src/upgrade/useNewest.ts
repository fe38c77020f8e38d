import { useEffect } from "react";

import { PageNotLoaded } from "@/upgrade/pages";
import { loadAnewOnce, standing } from "@/upgrade/version";

/** For what shows that a page failed: where the gateway was upgraded meanwhile, its console is loaded, once. */
export function useNewest(error: unknown): void {
  useEffect(() => {
    const look = async (): Promise<void> => {
      const found = error instanceof PageNotLoaded ? error.standing : await standing();
      if (found === "outdated") loadAnewOnce();
    };
    void look();
  }, [error]);
}
