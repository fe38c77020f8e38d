import "@/kit/Tree.css";

import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Tree as AriaTree, TreeItem, TreeItemContent } from "react-aria-components/Tree";

import { Icon, type IconName } from "@/kit/Icon";

export interface TreeNode {
  id: string;
  label: string;
  icon?: IconName;
  /** What stands at the row's end: a duration, a state. */
  detail?: ReactNode;
  children?: readonly TreeNode[];
}

export interface TreeProps {
  label: string;
  nodes: readonly TreeNode[];
  selected?: string | null;
  onSelect?: (id: string) => void;
  /** The ids that stand open in the beginning. */
  opened?: readonly string[];
}

function Node({ node }: { node: TreeNode }) {
  return (
    <TreeItem id={node.id} textValue={node.label} className="tree__item">
      <TreeItemContent>
        {({ hasChildItems, isExpanded, level }) => (
          <span className="tree__row" style={{ paddingInlineStart: `${(level - 1) * 1.25}rem` }}>
            {hasChildItems ? (
              <Button slot="chevron" className="tree__open">
                <Icon name={isExpanded ? "chevronDown" : "chevronRight"} size="sm" />
              </Button>
            ) : (
              <span className="tree__open" />
            )}
            {node.icon !== undefined && <Icon name={node.icon} size="sm" />}
            <span className="tree__label">{node.label}</span>
            {node.detail !== undefined && <span className="tree__detail">{node.detail}</span>}
          </span>
        )}
      </TreeItemContent>
      {node.children?.map((child) => <Node key={child.id} node={child} />)}
    </TreeItem>
  );
}

/** Things within things: arrows move and open, letters find, Enter chooses. */
export function Tree({ label, nodes, selected, onSelect, opened = [] }: TreeProps) {
  return (
    <AriaTree
      aria-label={label}
      className="tree"
      defaultExpandedKeys={opened}
      {...(onSelect === undefined
        ? {}
        : {
            selectionMode: "single" as const,
            selectionBehavior: "replace" as const,
            selectedKeys: selected === null || selected === undefined ? [] : [selected],
            onSelectionChange: (keys) => {
              const [first] = keys === "all" ? [] : [...keys];
              if (first !== undefined) onSelect(String(first));
            },
          })}
    >
      {nodes.map((node) => (
        <Node key={node.id} node={node} />
      ))}
    </AriaTree>
  );
}
