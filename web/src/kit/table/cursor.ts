/** A cell of a table: its row's index, -1 for the header, and its column's. */
export interface Cell {
  row: number;
  column: number;
}

/** How many rows and columns there are, and how many rows a page has. */
export interface Extent {
  rows: number;
  columns: number;
  page: number;
}

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Where a key moves the focus to in a grid (ARIA APG); `null` for keys that do not move it. */
export function moved(from: Cell, pressed: Pressed, extent: Extent): Cell | null {
  const far = pressed.ctrlKey || pressed.metaKey;
  const to = target(from, pressed.key, far, extent);
  if (to === null) return null;
  return {
    row: Math.max(-1, Math.min(extent.rows - 1, to.row)),
    column: Math.max(0, Math.min(extent.columns - 1, to.column)),
  };
}

function target({ row, column }: Cell, key: string, far: boolean, { rows, columns, page }: Extent): Cell | null {
  switch (key) {
    case "ArrowUp":
      return { row: far ? 0 : row - 1, column };
    case "ArrowDown":
      return { row: far ? rows - 1 : row + 1, column };
    case "ArrowLeft":
      return { row, column: far ? 0 : column - 1 };
    case "ArrowRight":
      return { row, column: far ? columns - 1 : column + 1 };
    case "PageUp":
      return { row: Math.max(0, row - page), column };
    case "PageDown":
      return { row: row + page, column };
    case "Home":
      return { row: far ? 0 : row, column: 0 };
    case "End":
      return { row: far ? rows - 1 : row, column: columns - 1 };
    default:
      return null;
  }
}
