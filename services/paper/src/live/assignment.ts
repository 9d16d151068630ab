/** The slots of an instance, when they are spread over those that live: every slot has one, and none has more than one above another. */
export function slotsOf(instance: string, living: readonly string[], slots: number): number[] {
  const place = [...living].sort().indexOf(instance);
  if (place === -1) return [];
  return Array.from({ length: slots }, (_, slot) => slot).filter((slot) => slot % living.length === place);
}
