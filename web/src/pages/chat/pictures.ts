/** A picture that waits to be sent. */
export interface Picture {
  id: string;
  blob: Blob;
  url: string;
  alt: string;
}

const KINDS = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const MOST_BYTES = 5 * 1024 * 1024;
const LONGEST_SIDE = 2048;

/** How many pictures one question may have. */
export const MOST_PICTURES = 8;

/** An id for what is attached; `crypto.randomUUID` is missing where the page came over plain HTTP. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function smaller(image: ImageBitmap): Promise<Blob> {
  const share = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * share)), Math.max(1, Math.round(image.height * share)));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
}

/** A picture from a file, scaled down when it is too large to be kept. Throws Error with what is wrong in words. */
export async function picture(file: File): Promise<Picture> {
  const name = file.name || "The picture";
  if (!KINDS.includes(file.type)) throw new Error(`${name} is no PNG, JPEG, WebP or GIF.`);
  let blob: Blob = file;
  try {
    const image = await createImageBitmap(file); // what only has the name of a picture fails here, not at the provider
    if (file.size > MOST_BYTES) blob = await smaller(image);
    image.close();
  } catch {
    throw new Error(`${name} cannot be read as a picture.`);
  }
  if (blob.size > MOST_BYTES) throw new Error(`${name} is over 5 MB, and could not be made smaller.`);
  const alt = file.name.replace(/\.[a-z0-9]+$/i, "");
  return { id: newId(), blob, url: URL.createObjectURL(blob), alt: alt === "image" ? "" : alt };
}
