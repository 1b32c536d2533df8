/** What the tests need of a browser, whichever it is. */
export interface TestBrowser {
  readonly name: string;
  /** `before` runs in the page ahead of its own scripts. */
  open(url: string, options?: PageOptions): Promise<TestPage>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly before?: string;
  /** Pixels; 1280 by 900 by default. */
  readonly width?: number;
  readonly height?: number;
}

export interface TestPage {
  /** What an expression comes to in the page; a promise's value. */
  evaluate<T>(expression: string): Promise<T>;
  /** Chooses in a `<select>`, as a person does. */
  select(selector: string, value: string): Promise<void>;
  click(selector: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Leaves it as a person does who closes the tab. Idempotent. */
  close(): Promise<void>;
  /** What its scripts threw, and what its policy refused. */
  readonly faults: readonly string[];
}

/** Whether a line of a page's console tells of a fault. */
export function isFault(line: string): boolean {
  return /Content.Security.Policy|Uncaught|unhandled/i.test(line);
}
