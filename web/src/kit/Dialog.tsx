import "@/kit/Dialog.css";

import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading, Modal, ModalOverlay } from "react-aria-components/Modal";

import { IconButton } from "@/kit/IconButton";

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode | ((close: () => void) => ReactNode);
  /** Buttons at the foot, the main one last. */
  actions?: ReactNode;
  size?: "sm" | "md" | "lg" | "xl";
  /** A question that must be answered: neither Esc's cross nor a press outside closes it. */
  role?: "dialog" | "alertdialog";
  /** Where it stands: in the middle, or as a drawer at the start or the end of the line. */
  place?: "middle" | "start" | "end";
}

/** A window over the page. It keeps the focus, Esc closes it, and the focus goes back to where it came from. */
export function Dialog({ title, isOpen, onOpenChange, children, actions, size = "md", role = "dialog", place = "middle" }: DialogProps) {
  const asks = role === "alertdialog";
  return (
    <ModalOverlay className={`overlay overlay--${place}`} isOpen={isOpen} onOpenChange={onOpenChange} isDismissable={!asks}>
      <Modal className={`dialog dialog--${place} dialog--${size}`}>
        <AriaDialog role={role} className="dialog__content">
          {({ close }) => (
            <>
              <header className="dialog__head">
                <Heading slot="title" className="dialog__title">
                  {title}
                </Heading>
                {!asks && <IconButton icon="close" label="Close" onPress={close} />}
              </header>
              <div className="dialog__body">{typeof children === "function" ? children(close) : children}</div>
              {actions !== undefined && <footer className="dialog__actions">{actions}</footer>}
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
