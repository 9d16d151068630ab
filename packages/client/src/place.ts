const PLACE = /^[0-9a-f]{4,32}:(0|[1-9]\d{0,15})$/;

/** Whether a text is a place in the log, as `8f3a12bc:1042`: a resume token. */
export function isPlace(text: string): boolean {
  return PLACE.test(text);
}

/** `8f3a12bc:1042` -> `8f3a12bc`: the unbroken history of the log in which the event has its number. */
export function epochOf(id: string): string {
  return id.slice(0, id.lastIndexOf(':'));
}

/** `8f3a12bc:1042` -> `1042` */
export function seqOf(id: string): number {
  return Number(id.slice(id.lastIndexOf(':') + 1));
}

/** Whether the event `id` is at or before `place`, so that a reader at that place has had it. */
export function isCovered(id: string, place: string | null): boolean {
  return place !== null && epochOf(id) === epochOf(place) && seqOf(id) <= seqOf(place);
}
