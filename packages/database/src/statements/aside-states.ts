/** The states of tasks that lead nowhere by themselves, which the table `aside` lists; as SQL text. */
export const asideStates = `('failed', 'blocked', 'cancelled', 'skipped')`;
