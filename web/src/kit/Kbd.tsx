import "@/kit/Kbd.css";

export interface KbdProps {
  /** Keys as pressed: `mod+k` together, `g o` one after the other. `mod` is Command on a Mac and Ctrl elsewhere. */
  keys: string;
}

const MAC = /Mac|iP(hone|ad)/.test(navigator.userAgent);
const NAMES: Readonly<Record<string, string>> = {
  mod: MAC ? "⌘" : "Ctrl",
  alt: MAC ? "⌥" : "Alt",
  shift: MAC ? "⇧" : "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
};

function named(chord: string): string {
  const keys = chord.split("+");
  return keys.map((key) => NAMES[key] ?? (keys.length > 1 && key.length === 1 ? key.toUpperCase() : key)).join("+");
}

/** The keys of a shortcut. */
export function Kbd({ keys }: KbdProps) {
  return (
    <span className="kbd-group">
      {keys.split(" ").map((chord, place) => (
        <kbd key={place} className="kbd">
          {named(chord)}
        </kbd>
      ))}
    </span>
  );
}
