/** A file of an archive; its name has slashes between folders. */
export interface Entry {
  name: string;
  content: Uint8Array<ArrayBuffer>;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(content: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of content) sum = (TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const DAY = 0x21; // 1 January 1980: the same files make the same archive
const UTF8 = 0x0800;

/** What both headers of a file have in common (APPNOTE.TXT 4.3.7 and 4.3.12), from the version needed on. */
function common(view: DataView, at: number, sum: number, size: number, name: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, UTF8, true);
  view.setUint16(at + 4, 0, true);
  view.setUint16(at + 6, 0, true);
  view.setUint16(at + 8, DAY, true);
  view.setUint32(at + 10, sum, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
}

/** A ZIP archive of the files as they are, without compression: what a bundle is sent as. */
export function zipped(entries: readonly Entry[]): Blob {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let length = 0;
  for (const { name, content } of entries) {
    const called = new TextEncoder().encode(name);
    const sum = crc32(content);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    common(local, 4, sum, content.length, called.length);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    central.setUint16(4, 20, true);
    common(central, 6, sum, content.length, called.length);
    central.setUint32(42, offset, true);
    parts.push(local, called, content);
    directory.push(central, called);
    offset += 30 + called.length + content.length;
    length += 46 + called.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, offset, true);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
