/** Among boxes that were closed by hand: all of them, save those that were opened since. */
export const EVERY_BOX = "*";
