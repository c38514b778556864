/**
 * By what agents are known: that of the server's own host by a token that it is started with, those of other machines by
 * credentials of their own. And that a session is used by whoever opened it alone.
 */
import { timingSafeEqual } from 'node:crypto';
import { findSessionOwner, identifyAgent, type Engine, type SessionOwner } from '@gantry/engine';
import { GantryError } from '@gantry/model';

/** Who calls: an agent of another machine by its credential and name; `host` for that of the server's own. */
export type AgentCaller = { readonly credential: number; readonly name: string } | 'host';

export class AgentKeys {
  readonly #engine: Engine;
  readonly #hostToken: Buffer;
  /** What of a session never changes; the oldest are forgotten. */
  readonly #owners = new Map<number, SessionOwner>();

  constructor(engine: Engine, hostToken: string) {
    this.#engine = engine;
    this.#hostToken = Buffer.from(hostToken);
  }

  /** Undefined for a token that nobody has, or whose right was revoked. */
  async identify(token: string): Promise<AgentCaller | undefined> {
    const given = Buffer.from(token);
    if (given.length === this.#hostToken.length && timingSafeEqual(given, this.#hostToken)) return 'host';
    return identifyAgent(this.#engine, token);
  }

  /**
   * A session of the caller's, by the text of a request.
   * @throws GantryError `unknown-session` where there is none, or it is another agent's
   */
  async session(caller: AgentCaller, text: string): Promise<{ id: number; owner: SessionOwner }> {
    const id = Number(text);
    const owner = Number.isInteger(id) && id > 0 && id <= 2_147_483_647 ? await this.#owner(id) : undefined;
    const credential = caller === 'host' ? null : caller.credential;
    if (owner === undefined || owner.credential !== credential)
      throw new GantryError('unknown-session', `There is no session ${text}.`, { mend: 'Join again.' });
    return { id, owner };
  }

  async #owner(id: number): Promise<SessionOwner | undefined> {
    const known = this.#owners.get(id);
    if (known !== undefined) return known;
    const found = await findSessionOwner(this.#engine, id);
    if (found === undefined) return undefined;
    const [oldest] = this.#owners.keys();
    if (this.#owners.size >= 10_000 && oldest !== undefined) this.#owners.delete(oldest);
    this.#owners.set(id, found);
    return found;
  }
}
