import { Dialog, type DialogProps } from "@/kit/Dialog";

export type DrawerProps = Omit<DialogProps, "role" | "place">;

/** A dialog at the side: for one row's details while its list stays in sight. */
export function Drawer(props: DrawerProps) {
  return <Dialog {...props} place="end" />;
}
