const PATHS = {
  play: 'M5 3l8 5-8 5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  back: 'M11 3v10L5 8zM3 3h1.5v10H3z',
  step: 'M5 3v10l6-5zM11.5 3H13v10h-1.5z',
  previous: 'M8 3v10L2 8zM14 3v10L8 8z',
  next: 'M2 3v10l6-5zM8 3v10l6-5z',
};
export type IconName = keyof typeof PATHS;

/** A sign on a button that has its words elsewhere. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
