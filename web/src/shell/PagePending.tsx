import { Loading } from "@/kit/Loading";

/** What stands in a page's place while its code is on its way. */
export function PagePending() {
  return (
    <div className="page">
      <Loading label="Loading the page" lines={6} />
    </div>
  );
}
