import type { components } from "@/api/schema";
import { Link } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";

type Found = components["schemas"]["FoundBundle"];

/** Bundles in the folders of the configuration, and of packages of this Python; nothing where there are none. */
export function Discovered({ found, change }: { found: readonly Found[]; change: boolean }) {
  const open = found.filter((each) => each.installed === "" || each.installed !== each.version);
  if (open.length === 0) return null;
  return (
    <Section title="Found on this machine" lead="Bundles in the folders of [plugins] and of Python packages. Nothing of them runs until you install them.">
      <ul className="plugins__found">
        {open.map((each) => (
          <li key={each.name}>
            <span className="plugins__name">
              {plain(each.title || each.name)} <span className="num">{plain(each.version, 40)}</span>
            </span>
            <span className="plugins__told">
              {each.fault === "" ? <Plain text={each.description} most={300} /> : <>Cannot be installed: {plain(each.fault, 300)}</>}
              {each.installed !== "" && ` Version ${plain(each.installed, 40)} is installed.`}
            </span>
            {change && each.fault === "" && (
              <Link to="/plugins/install" search={{ source: each.name }} look="normal">
                {each.installed === "" ? "Look at it" : "Look at the upgrade"}
                <span className="visually-hidden"> {plain(each.name)}</span>
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
