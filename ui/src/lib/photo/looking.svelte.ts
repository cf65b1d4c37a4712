// Looking closely by wheel, pinch, drag and double click; with pictures side by side, at all of them together.
//
// It is attached to the rooms that pictures are shown in, and changes the zoom they share. Keys are the views'.

import type { Attachment } from 'svelte/attachments';

import type { Point } from './box';
import { FITS, panned, toggled, zoomed, type Sight, type Zoom } from './zoom';

export interface Room {
  readonly sight: () => Sight;
  /** Whether dragging with nothing held moves the picture; else it draws. */
  readonly drags: boolean;
  /** A gesture takes over what one finger has begun. */
  readonly ontake?: () => void;
}

/** Where a pointer is over a room, from its middle. */
interface Over {
  readonly room: Room;
  readonly at: Point;
}

/** How much larger a press of a key makes it. */
const STEP = Math.SQRT2;
/** A notch of a wheel, some 100 pixels, is a third; fingers on a pad send the same event with Ctrl, and less at a time. */
const WHEEL = 0.003;
const PINCH = 0.01;
const LINE = 16;
/** Less than this is a click. */
const SLACK = 4;

export class Looking {
  zoom = $state.raw<Zoom>(FITS);
  /** Held, Space has a drag move the picture where it would draw. */
  space = $state<'up' | 'held' | 'used'>('up');
  #over: Over | null = null;
  #rooms: Room[] = [];

  get closer(): boolean {
    return this.zoom.factor > 1;
  }

  reset(): void {
    this.zoom = FITS;
  }

  step(by: 1 | -1): void {
    this.#at(({ room, at }) => zoomed(this.zoom, this.zoom.factor * STEP ** by, at, room.sight()));
  }

  toggle(): void {
    this.#at(({ room, at }) => toggled(this.zoom, at, room.sight()));
  }

  /** Around the pointer, or else around the middle. */
  #at(change: (over: Over) => Zoom): void {
    const [first] = this.#rooms;
    const over = this.#over ?? (first ? { room: first, at: { x: 0, y: 0 } } : null);
    if (over) this.zoom = change(over);
  }

  /** Has what is done in an element change the zoom. */
  attach(room: Room): Attachment<HTMLElement> {
    return (element) => {
      const gestures = new Gestures(element, room, this, (over) => (this.#over = over));
      this.#rooms = [...this.#rooms, room];
      return () => {
        gestures.end();
        this.#rooms = this.#rooms.filter((other) => other !== room);
        if (this.#over?.room === room) this.#over = null;
      };
    };
  }
}

/** WebKit's own events for two fingers on a Mac's pad. */
interface GestureEvent extends MouseEvent {
  readonly scale: number;
}

interface Drag {
  readonly pointer: number;
  readonly from: Point;
  readonly before: Zoom;
  under: boolean;
}

interface Pinch {
  readonly distance: number;
  readonly middle: Point;
  readonly before: Zoom;
}

class Gestures {
  #fingers = new Map<number, Point>();
  #drag: Drag | null = null;
  #pinch: Pinch | null = null;
  #before: Zoom = FITS;
  #ended = new AbortController();

  constructor(
    readonly element: HTMLElement,
    readonly room: Room,
    readonly looking: Looking,
    readonly onover: (over: Over | null) => void,
  ) {
    const on = (type: string, listener: (event: never) => void, options: AddEventListenerOptions = {}) =>
      element.addEventListener(type, listener as EventListener, { signal: this.#ended.signal, ...options });
    on('wheel', this.#onwheel, { passive: false });
    on('dblclick', this.#ondblclick);
    on('gesturestart', this.#ongesture, { passive: false });
    on('gesturechange', this.#ongesture, { passive: false });
    // Before what lies in the room hears of it: a gesture may take it away.
    on('pointerdown', this.#onpointerdown, { capture: true });
    on('pointermove', this.#onpointermove, { capture: true });
    on('pointerup', this.#onpointerup, { capture: true });
    on('pointercancel', this.#onpointerup, { capture: true });
    on('pointerleave', () => onover(null));
  }

  end(): void {
    this.#ended.abort();
  }

  #at({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #onwheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE);
    const factor = this.looking.zoom.factor * Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL));
    this.looking.zoom = zoomed(this.looking.zoom, factor, this.#at(event), this.room.sight());
  };

  #ongesture = (event: GestureEvent): void => {
    event.preventDefault();
    if (event.type === 'gesturestart') this.#before = this.looking.zoom;
    const factor = this.#before.factor * event.scale;
    this.looking.zoom = zoomed(this.looking.zoom, factor, this.#at(event), this.room.sight());
  };

  #ondblclick = (event: MouseEvent): void => {
    if ((event.target as Element).closest('button')) return;
    this.looking.zoom = toggled(this.looking.zoom, this.#at(event), this.room.sight());
  };

  #onpointerdown = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') this.#fingers.set(event.pointerId, this.#at(event));
    if (this.#fingers.size > 1) {
      this.#take(event);
      this.#drag = null;
      this.#pinch = this.#begun();
      this.room.ontake?.();
    } else if (this.#pans(event)) {
      const { pointerId: pointer } = event;
      this.#drag = { pointer, from: this.#at(event), before: this.looking.zoom, under: false };
      // A plain drag may yet turn out to be a click, which is for what lies below.
      if (event.button === 1 || this.looking.space !== 'up') this.#take(event);
      if (this.looking.space === 'held') this.looking.space = 'used';
    }
  };

  #pans({ button }: PointerEvent): boolean {
    if (button === 1 || (button === 0 && this.looking.space !== 'up')) return true;
    return button === 0 && this.room.drags && this.looking.closer;
  }

  #onpointermove = (event: PointerEvent): void => {
    const at = this.#at(event);
    this.onover({ room: this.room, at });
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, at);
    if (this.#pinch) {
      this.#take(event);
      this.looking.zoom = this.#pinched(this.#pinch);
    } else if (this.#drag?.pointer === event.pointerId) {
      this.#take(event);
      this.#pan(this.#drag, at);
    }
  };

  #pan(drag: Drag, at: Point): void {
    const by = { x: at.x - drag.from.x, y: at.y - drag.from.y };
    if (!drag.under && Math.hypot(by.x, by.y) < SLACK) return;
    if (!drag.under) this.element.setPointerCapture(drag.pointer);
    drag.under = true;
    this.looking.zoom = panned(drag.before, by, this.room.sight());
  }

  #onpointerup = (event: PointerEvent): void => {
    this.#fingers.delete(event.pointerId);
    if (this.#pinch && this.#fingers.size < 2) this.#pinch = null;
    if (this.#drag?.pointer !== event.pointerId) return;
    if (this.#drag.under) this.#swallowClick();
    this.#drag = null;
  };

  /** The drag's end is no click on what lies below. */
  #swallowClick(): void {
    const stop = (event: Event) => event.stopPropagation();
    this.element.addEventListener('click', stop, { capture: true, once: true });
    setTimeout(() => this.element.removeEventListener('click', stop, { capture: true }));
  }

  #take(event: Event): void {
    event.stopPropagation();
    event.preventDefault();
  }

  #begun(): Pinch {
    return { distance: this.#spread(), middle: this.#middle(), before: this.looking.zoom };
  }

  #pinched({ distance, middle, before }: Pinch): Zoom {
    const sight = this.room.sight();
    const now = this.#middle();
    const closer = zoomed(before, (before.factor * this.#spread()) / distance, middle, sight);
    return panned(closer, { x: now.x - middle.x, y: now.y - middle.y }, sight);
  }

  #spread(): number {
    const [one, other] = [...this.#fingers.values()];
    return one && other ? Math.max(1, Math.hypot(one.x - other.x, one.y - other.y)) : 1;
  }

  #middle(): Point {
    const [one, other] = [...this.#fingers.values()];
    return one && other ? { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 } : { x: 0, y: 0 };
  }
}
