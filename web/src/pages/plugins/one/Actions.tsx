import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Checkbox } from "@/kit/Checkbox";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Menu } from "@/kit/Menu";
import { TextField } from "@/kit/TextField";
import { useToast } from "@/kit/toasts";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

const LIST = "/plugins" as string; // routes come from a table: their paths are no types

type Asked = "disable" | "clear" | "remove" | null;

/** What can be done with a plugin: let it be called or not, start it anew, empty it, remove it. */
export function Actions({ plugin }: { plugin: Plugin }) {
  const [asked, setAsked] = useState<Asked>(null);
  const changed = useChanged();
  const toast = useToast();
  const change = may(useMe(), "change");
  const params = { path: { name: plugin.name } };
  const enable = useMutation({
    mutationFn: () => given(api.POST("/api/plugins/{name}/enable", { params })),
    onSuccess: async (done) => {
      await changed(done);
      toast.ok(`${plugin.name} is enabled`);
    },
    onError: (error) => toast.error(`${plugin.name} was not enabled`, error),
  });
  const restart = useMutation({
    mutationFn: () => given(api.POST("/api/plugins/{name}/restart", { params })),
    onSuccess: async (done) => {
      await changed(done);
      toast.ok(`${plugin.name} is stopped`, { description: "The next call starts it anew." });
    },
    onError: (error) => toast.error(`${plugin.name} was not restarted`, error),
  });
  if (!change) return null;
  const on = plugin.state === "enabled";
  return (
    <>
      {!on && plugin.state !== "quarantined" && (
        <Button tone={plugin.state === "installed" ? "normal" : "primary"} isPending={enable.isPending} onPress={() => enable.mutate()}>
          {plugin.state === "failed" ? "Try again" : "Enable"}
        </Button>
      )}
      {on && (
        <Button icon="refresh" isPending={restart.isPending} onPress={() => restart.mutate()}>
          Restart
        </Button>
      )}
      <Menu
        label={`More for ${plugin.name}`}
        items={[
          ...(on ? [{ id: "disable", label: "Disable", icon: "pause" as const, onAction: () => setAsked("disable") }] : []),
          { id: "upgrade", label: "Upgrade", icon: "upload", href: `/plugins/install?source=${encodeURIComponent(sourceOf(plugin))}` },
          { id: "clear", label: "Remove what it kept", icon: "archive", tone: "danger", onAction: () => setAsked("clear") },
          { id: "remove", label: "Remove the plugin", icon: "trash", tone: "danger", onAction: () => setAsked("remove") },
        ]}
      >
        <Button icon="more">More</Button>
      </Menu>
      <Disable plugin={plugin} isOpen={asked === "disable"} onDone={() => setAsked(null)} />
      <Clear plugin={plugin} isOpen={asked === "clear"} onDone={() => setAsked(null)} />
      <Remove plugin={plugin} isOpen={asked === "remove"} onDone={() => setAsked(null)} />
    </>
  );
}

/** Where a newer version would come from; empty where that cannot be asked for by name. */
export function sourceOf(plugin: Plugin): string {
  const source = plugin.source.replace(/^((?:pypi|npm):@?[^=@]+)(?:==|@).*$/, "$1");
  return /^(pypi|npm|registry|openapi):|^https?:\/\//.test(source) ? source : "";
}

interface AskProps {
  plugin: Plugin;
  isOpen: boolean;
  onDone: () => void;
}

function Disable({ plugin, isOpen, onDone }: AskProps) {
  const [reason, setReason] = useState("");
  const changed = useChanged();
  return (
    <ConfirmDialog
      title={`Disable ${plugin.name}?`}
      isOpen={isOpen}
      onOpenChange={onDone}
      confirm="Disable it"
      tone="primary"
      onConfirm={async () => changed(await given(api.POST("/api/plugins/{name}/disable", { params: { path: { name: plugin.name } }, body: { reason } })))}
    >
      <p>It takes no more calls; those under way end in their own time. It can be enabled again at any time.</p>
      <TextField label="Reason" description="Shown to whoever looks at it." value={reason} onChange={setReason} maxLength={500} />
    </ConfirmDialog>
  );
}

function Clear({ plugin, isOpen, onDone }: AskProps) {
  const changed = useChanged();
  return (
    <ConfirmDialog
      title={`Remove what ${plugin.name} kept?`}
      isOpen={isOpen}
      onOpenChange={onDone}
      confirm="Remove what it kept"
      onConfirm={async () => changed(await given(api.POST("/api/plugins/{name}/clear", { params: { path: { name: plugin.name } } })))}
    >
      <p>Its process ends and its data folder is removed. That cannot be undone. The plugin, its settings and its secrets stay.</p>
    </ConfirmDialog>
  );
}

function Remove({ plugin, isOpen, onDone }: AskProps) {
  const [data, setData] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const changed = useChanged();
  const toast = useToast();
  return (
    <ConfirmDialog
      title={`Remove ${plugin.name}?`}
      isOpen={isOpen}
      onOpenChange={onDone}
      confirm="Remove plugin"
      {...(data ? { typed: plugin.name } : {})}
      onConfirm={async () => {
        await given(api.DELETE("/api/plugins/{name}", { params: { path: { name: plugin.name }, query: { data } } }));
        toast.ok(`${plugin.name} is removed`);
        await navigate({ to: LIST }); // before it is asked for again: it is not there any more
        queries.removeQueries({ queryKey: ["plugins", plugin.name] });
        await changed();
      }}
    >
      <p>Its tools are gone at once; its versions, settings and secrets are forgotten. What it kept stays for when it is installed again.</p>
      <Checkbox isSelected={data} onChange={setData}>
        Remove what it kept too; that cannot be undone
      </Checkbox>
    </ConfirmDialog>
  );
}
