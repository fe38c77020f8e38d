import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { IconButton } from "@/kit/IconButton";
import { Kbd } from "@/kit/Kbd";
import { Link, OutsideLink } from "@/kit/Link";
import { Menu } from "@/kit/Menu";
import { Tooltip } from "@/kit/Tooltip";
import { useToast } from "@/kit/toasts";
import { Sample } from "@/pages/kit/Sample";

/** What is pressed. */
export function Buttons() {
  const toast = useToast();
  return (
    <>
      <Sample name="Button" lead="One primary in a view. Danger only where something is destroyed.">
        <Button tone="primary">Save changes</Button>
        <Button>Test provider</Button>
        <Button tone="quiet">Cancel</Button>
        <Button tone="danger" icon="trash">
          Revoke key
        </Button>
        <Button icon="add">Add model</Button>
        <Button isPending>Testing…</Button>
        <Button isDisabled>Disabled</Button>
        <Button tone="primary" isDisabled>
          Disabled
        </Button>
        <Button size="sm">Small</Button>
        <Button size="sm" tone="quiet" icon="filter">
          Filters
        </Button>
      </Sample>
      <Sample name="Icon button, copy, keys, tooltip">
        <IconButton icon="refresh" label="Ask again" />
        <IconButton icon="pause" label="Pause" tone="normal" />
        <IconButton icon="more" label="More" size="sm" />
        <IconButton icon="trash" label="Delete" isDisabled />
        <Copy text="req_01JD3KQ7" what="the request's id" />
        <Kbd keys="mod+k" />
        <Kbd keys="g o" />
        <Tooltip text="Breaker: 2 of 5 failures">
          <Button size="sm">With a tooltip</Button>
        </Tooltip>
      </Sample>
      <Sample name="Link">
        <Link to="/">Overview</Link>
        <Link to="/" look="plain">
          plain in a table
        </Link>
        <Link to="/" look="normal" icon="overview">
          As a button
        </Link>
        <OutsideLink href="https://modelcontextprotocol.io">The protocol</OutsideLink>
      </Sample>
      <Sample name="Menu and notices">
        <Menu
          label="Key ci"
          items={[
            { id: "rotate", label: "Rotate", icon: "refresh", description: "A new secret; the old one holds for an hour." },
            { id: "calls", label: "See its calls", icon: "calls", keys: "g l" },
            { id: "fast", label: "fast", section: "Model", isSelected: true },
            { id: "slow", label: "slow", section: "Model", isDisabled: true },
            { id: "revoke", label: "Revoke", icon: "trash", tone: "danger", section: "For ever" },
          ]}
        >
          <Button icon="more">Menu</Button>
        </Menu>
        <Button onPress={() => toast.ok("Key made", { description: "It is shown once, above." })}>Done</Button>
        <Button onPress={() => toast.info("Configuration was read again")}>Information</Button>
        <Button onPress={() => toast.error("The key was not revoked", new Error("The gateway cannot be reached. Is it running?"))}>Error</Button>
        <Button onPress={() => toast.ok("Filter removed", { action: { label: "Undo", onAction: () => toast.info("It is back") } })}>With an action</Button>
      </Sample>
    </>
  );
}
