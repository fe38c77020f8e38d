import { api, ApiError, given } from "@/api/client";
import type { components } from "@/api/schema";
import type { Conversation, Message, Part } from "@/pages/chat/parts";
import type { Settings } from "@/pages/chat/settings";

/** A message as it is sent to be kept. */
export type MessageBody = components["schemas"]["MessageBody"];
/** A piece of a branch. */
export type Piece = components["schemas"]["MessageList"];

/** How many messages are fetched at once. */
export const PAGE = 50;

/** The conversations as the API keeps them. Every function throws ApiError. */
export const store = {
  list: (search: string, pinned: boolean | null, before: string | null) =>
    given(
      api.GET("/api/conversations", {
        params: {
          query: {
            search,
            limit: 50,
            ...(pinned === null ? {} : { pinned }),
            ...(before === null ? {} : { before }),
          },
        },
      }),
    ),
  get: (id: string): Promise<Conversation> =>
    given(api.GET("/api/conversations/{conversation_id}", { params: { path: { conversation_id: id } } })),
  create: (title: string, settings: Settings): Promise<Conversation> =>
    given(api.POST("/api/conversations", { body: { title, settings: { ...settings } } })),
  change: (id: string, change: components["schemas"]["ConversationChange"]): Promise<Conversation> =>
    given(api.PATCH("/api/conversations/{conversation_id}", { params: { path: { conversation_id: id } }, body: change })),
  remove: (id: string) =>
    given(api.DELETE("/api/conversations/{conversation_id}", { params: { path: { conversation_id: id } } })),
  branch: (id: string, before: string | null): Promise<Piece> =>
    given(
      api.GET("/api/conversations/{conversation_id}/messages", {
        params: { path: { conversation_id: id }, query: { limit: PAGE, ...(before === null ? {} : { before }) } },
      }),
    ),
  edit: (id: string, message: string, parts: readonly Part[]): Promise<Message> =>
    given(
      api.PATCH("/api/conversations/{conversation_id}/messages/{message_id}", {
        params: { path: { conversation_id: id, message_id: message } },
        body: { content: parts as unknown as MessageBody["content"] },
      }),
    ),
  removeMessage: (id: string, message: string) =>
    given(
      api.DELETE("/api/conversations/{conversation_id}/messages/{message_id}", {
        params: { path: { conversation_id: id, message_id: message } },
      }),
    ),
  addImage: (id: string, media_type: components["schemas"]["ImageBody"]["media_type"], data: string) =>
    given(
      api.POST("/api/conversations/{conversation_id}/images", {
        params: { path: { conversation_id: id } },
        body: { media_type, data },
      }),
    ),
  /** Adds a message; one that is there already, because an answer was lost on its way back, counts as added. */
  add: async (id: string, body: MessageBody): Promise<void> => {
    try {
      await given(
        api.POST("/api/conversations/{conversation_id}/messages", { params: { path: { conversation_id: id } }, body }),
      );
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409 && error.problem?.code === "conflict")) throw error;
    }
  },
};

const LOOKS = 5;
const BETWEEN_MS = 300;

/** What a call cost, once its record is there; `null` when that is not known. */
export async function costOf(call: string): Promise<number | null> {
  if (call === "") return null;
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((done) => setTimeout(done, BETWEEN_MS));
    try {
      const { cost } = await given(api.GET("/api/usage/{call_id}", { params: { path: { call_id: call } } }));
      return cost === null ? null : Number(cost);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) return null;
    }
  }
  return null;
}

/** Where the bytes of an image are. */
export function imageAddress(conversation: string, image: string): string {
  return `/api/conversations/${encodeURIComponent(conversation)}/images/${encodeURIComponent(image)}`;
}

function asDataUrl(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result as string);
    reader.onerror = () => failed(reader.error ?? new Error("The image cannot be read."));
    reader.readAsDataURL(blob);
  });
}

/** An image as a data URL, for a request. */
export async function imageData(conversation: string, image: string): Promise<string> {
  const answer = await fetch(imageAddress(conversation, image), { credentials: "same-origin" });
  if (!answer.ok) throw new ApiError(answer.status, null, "An image of this conversation is not there any more.");
  return asDataUrl(await answer.blob());
}

/** Keeps a picture for a conversation; its id. */
export async function keepImage(conversation: string, blob: Blob): Promise<string> {
  const url = await asDataUrl(blob);
  const type = blob.type as components["schemas"]["ImageBody"]["media_type"];
  return (await store.addImage(conversation, type, url.slice(url.indexOf(",") + 1))).id;
}
