import "@/kit/Toast.css";

import {
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
  Text,
} from "react-aria-components/Toast";

import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { IconButton } from "@/kit/IconButton";
import { type Notice, notices } from "@/kit/toasts";

export { useToast } from "@/kit/toasts";

const ICONS: Readonly<Record<Notice["tone"], IconName>> = {
  ok: "check",
  info: "info",
  neutral: "info",
  warn: "warn",
  error: "errors",
};

/** Where notices appear; the shell has one. F6 leads to them. */
export function Toasts() {
  return (
    <ToastRegion queue={notices} className="toasts" aria-label="Notices">
      {({ toast }) => (
        <AriaToast toast={toast} className={`toast toast--${toast.content.tone}`}>
          <Icon name={ICONS[toast.content.tone]} />
          <ToastContent className="toast__content">
            <Text slot="title" className="toast__title">
              {toast.content.title}
            </Text>
            {toast.content.description !== undefined && <Text slot="description">{toast.content.description}</Text>}
          </ToastContent>
          {toast.content.action !== undefined && (
            <Button
              size="sm"
              onPress={() => {
                toast.content.action?.onAction();
                notices.close(toast.key);
              }}
            >
              {toast.content.action.label}
            </Button>
          )}
          <IconButton size="sm" icon="close" label="Close the notice" onPress={() => notices.close(toast.key)} />
        </AriaToast>
      )}
    </ToastRegion>
  );
}
