import type { components } from "@/api/schema";
import type { Permissions } from "@/pages/plugins/plugin";

/** What is granted, as the API takes it. */
export type Grant = Required<components["schemas"]["PermissionsBody"]>;

const LISTS = ["network", "read", "write", "environment", "secrets"] as const;

/** A kind of permission that has several entries. */
export type GrantList = (typeof LISTS)[number];

/** One thing that is asked for, with its sentence. */
export interface Ask {
  id: string;
  words: string;
  /** The grant with it, or without. */
  put: (grant: Grant, wanted: boolean) => Grant;
  has: (grant: Grant) => boolean;
}

/** Nothing at all. */
export const NOTHING: Grant = {
  network: [],
  read: [],
  write: [],
  environment: [],
  secrets: [],
  sampling: null,
  subprocesses: false,
};

/** What was asked or granted, as it can be granted. */
export function grantOf(permissions: Permissions): Grant {
  const { network, read, write, environment, secrets, sampling, subprocesses } = permissions;
  return { network, read, write, environment, secrets, sampling: sampling as Grant["sampling"], subprocesses };
}

function listed(field: GrantList, value: string, words: string): Ask {
  return {
    id: `${field} ${value}`,
    words,
    has: (grant) => grant[field].includes(value),
    put: (grant, wanted) => {
      const others = grant[field].filter((each) => each !== value);
      return { ...grant, [field]: wanted ? [...others, value] : others };
    },
  };
}

/** Everything that is asked for, one by one, in the order of its sentences. */
export function asksOf(asked: Permissions): Ask[] {
  const words = [...asked.words];
  const found = LISTS.flatMap((field) => asked[field].map((value) => listed(field, value, words.shift() ?? value)));
  const whole = grantOf(asked);
  if (whole.sampling !== null) {
    found.push({
      id: "sampling",
      words: words.shift() ?? "Ask models.",
      has: (grant) => grant.sampling !== null,
      put: (grant, wanted) => ({ ...grant, sampling: wanted ? whole.sampling : null }),
    });
  }
  if (whole.subprocesses) {
    found.push({
      id: "subprocesses",
      words: words.shift() ?? "Start other programs inside its sandbox.",
      has: (grant) => grant.subprocesses,
      put: (grant, wanted) => ({ ...grant, subprocesses: wanted }),
    });
  }
  return found;
}
