// How photos that are compared share a room: all in cells of one size, as large as that can be.

export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Cells narrower than this show too little: the room scrolls then. */
const NARROWEST = 220;

/**
 * The number of columns that shows the photos largest. `ratio` is the photos' width by height, `below` what each cell
 * needs under its photo.
 */
export function columns(count: number, ratio: number, room: Room, gap: number, below: number): number {
  let [best, largest] = [1, -Infinity];
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const width = (room.width - gap * (columns - 1)) / columns;
    const height = (room.height - gap * (rows - 1)) / rows - below;
    if (columns > 1 && width < NARROWEST) break;
    const shown = Math.min(width, height * ratio);
    if (shown >= largest) [best, largest] = [columns, shown];
  }
  return best;
}
