import { Header, ListBox, ListBoxItem, ListBoxSection } from "react-aria-components/ListBox";

import { Icon } from "@/kit/Icon";

/** One thing that can be chosen from a list. */
export interface Option {
  id: string;
  label: string;
  /** A second line: what it is. */
  description?: string;
  /** Options of one section stand together under its name, in the order they are given. */
  section?: string;
  isDisabled?: boolean;
}

function Row({ option }: { option: Option }) {
  return (
    <ListBoxItem id={option.id} textValue={option.label} isDisabled={option.isDisabled === true} className="option">
      {({ isSelected }) => (
        <>
          <span className="option__mark">{isSelected && <Icon name="check" size="sm" />}</span>
          <span className="option__words">
            {option.label}
            {option.description !== undefined && <span className="option__description">{option.description}</span>}
          </span>
        </>
      )}
    </ListBoxItem>
  );
}

/** The list that a Select or a ComboBox opens. */
export function Options({ options, empty }: { options: readonly Option[]; empty?: string }) {
  const sections = [...new Set(options.map((option) => option.section))];
  return (
    <ListBox className="options" renderEmptyState={() => <p className="options__empty">{empty ?? "Nothing to choose from."}</p>}>
      {sections.map((section) => {
        const rows = options
          .filter((option) => option.section === section)
          .map((option) => <Row key={option.id} option={option} />);
        return section === undefined ? (
          rows
        ) : (
          <ListBoxSection key={section} id={`section ${section}`}>
            <Header className="options__section">{section}</Header>
            {rows}
          </ListBoxSection>
        );
      })}
    </ListBox>
  );
}
