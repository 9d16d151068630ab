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
