// Which part of the photo on show is meant: the box that a person draws, or the thing that is pointed at.

import type { Region, Thing } from '../backend/types';
import { middle, type Limits } from './box';

export class Marking {
  box = $state.raw<Region | null>(null);
  /** What stands out in the photo, as soon as it is known. */
  things = $state.raw<readonly Thing[]>([]);
  pointed = $state.raw<Thing | null>(null);

  /** The part that is searched by; none for all of the photo. */
  get part(): Region | null {
    return this.box ?? this.pointed?.region ?? null;
  }

  /** Another photo comes on show. */
  begin(box: Region | null): void {
    this.box = box;
    this.things = [];
    this.pointed = null;
  }

  draw(box: Region | null): void {
    this.box = box;
    this.pointed = null;
  }

  /** A box around the thing that is pointed at; once more, around the next one. One that was drawn stays. */
  next(limits: Limits): void {
    const { box, things } = this;
    const at = things.findIndex(({ region }) => region === box);
    if (box !== null && at === -1) return;
    const next = box === null ? (this.pointed ?? things[0]) : things[(at + 1) % things.length];
    this.draw(next?.region ?? middle(limits));
  }
}
