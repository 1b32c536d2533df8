import { type Finding, ok, problem, warning } from '../finding.js';
import { groupBy } from '../group-by.js';

export interface PermissionFacts {
  readonly user: string;
  /** The groups that this process has. */
  readonly groups: readonly string[];
  readonly nodes: readonly NodeFacts[];
}

/** A device node that Lenscast may want to open. */
export interface NodeFacts {
  readonly path: string;
  readonly group: string;
  /** Whether the user was put into that group, be it that this process began before. */
  readonly isMember: boolean;
  readonly canOpen: boolean;
  /** Whether a configured camera is behind it. */
  readonly isConfigured: boolean;
}

/** One line for each group of nodes that can't be opened; one for all where each can. */
export function checkPermissions({ user, groups, nodes }: PermissionFacts): readonly Finding[] {
  const who = `user ${user}, groups ${groups.join(' ') || 'none'}`;
  const shut = groupBy(
    nodes.filter(({ canOpen }) => !canOpen),
    ({ group }) => group,
  );
  if (shut.size === 0) return [ok('permission', nodes.length === 0 ? who : `${who}: every device can be opened`)];
  return [...shut].map(([group, ofGroup]) => {
    const paths = ofGroup.map(({ path }) => path).join(', ');
    const message = `user ${user} may not open ${paths}, of group ${group}`;
    const isMember = ofGroup.every((node) => node.isMember);
    const remedy = isMember
      ? `log in again, or restart the service: ${user} is in group ${group} since this session began`
      : `sudo usermod -aG ${group} ${user}, and log in again`;
    return ofGroup.some(({ isConfigured }) => isConfigured)
      ? problem('permission', message, remedy)
      : warning('permission', message, remedy);
  });
}
