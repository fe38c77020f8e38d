import { GLYPHS, type IconName } from "@/kit/glyphs";
import { Icon } from "@/kit/Icon";
import { Sample } from "@/pages/kit/Sample";

const COLOURS = [
  ...["base", "raised", "sunken", "overlay", "hover", "selected"].map((name) => `surface-${name}`),
  ...["default", "muted", "faint", "inverse", "link"].map((name) => `text-${name}`),
  ...["hairline", "default", "strong"].map((name) => `border-${name}`),
  "focus-ring",
  "action-surface",
  "danger-surface",
  "signal-live",
  ...["ok", "warn", "error", "info"].flatMap((state) => [`status-${state}-text`, `status-${state}-surface`, `status-${state}-mark`]),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => `series-${number}-color`),
];
const SIZES = ["2xl", "xl", "lg", "md", "sm", "xs"];

/** The tokens of the theme that is worn, and the icons. */
export function Tokens() {
  return (
    <>
      <Sample name="Colours" look="block">
        <div className="kit__tokens">
          {COLOURS.map((name) => (
            <span key={name} className="kit__token">
              <span className="kit__swatch" style={{ background: `var(--${name})` }} />
              <code>{name}</code>
            </span>
          ))}
        </div>
      </Sample>
      <Sample name="Type" look="block">
        <div className="kit__sizes">
          {SIZES.map((size) => (
            <p key={size} style={{ fontSize: `var(--type-size-${size})` }}>
              Quiet surfaces, one signal <span className="num">0123456789</span> {size}
            </p>
          ))}
        </div>
      </Sample>
      <Sample name="Icons" look="block">
        <ul className="kit__icons">
          {(Object.keys(GLYPHS) as IconName[]).map((name) => (
            <li key={name}>
              <Icon name={name} />
              {name}
            </li>
          ))}
        </ul>
      </Sample>
    </>
  );
}
