import { hashKey, useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";

import { useToast } from "@/kit/Toast";

export interface ChangeWords<T, V> {
  /** The first words of the query keys that are out of date afterwards. */
  stale: readonly string[];
  /** The query of what is not there any more: it is not read again, while its page is still shown. */
  gone?: readonly string[];
  /** What is said when it is done. */
  done?: (made: T, given: V) => string;
  onDone?: (made: T, given: V) => void;
}

/** A change of the gateway: asks, says that it is done, and has what it changed read again. Errors stay in the result. */
export function useChange<T, V = void>(ask: (given: V) => Promise<T>, words: ChangeWords<T, V>): UseMutationResult<T, Error, V> {
  const queries = useQueryClient();
  const toast = useToast();
  return useMutation<T, Error, V>({
    mutationFn: ask,
    onSuccess: (made, given) => {
      const gone = words.gone && hashKey(words.gone);
      for (const first of words.stale) {
        void queries.invalidateQueries({ queryKey: [first], predicate: ({ queryHash }) => queryHash !== gone });
      }
      const said = words.done?.(made, given);
      if (said !== undefined) toast.ok(said);
      words.onDone?.(made, given);
    },
  });
}
