/** A file that cannot serve as a radiograph; the message is the reason. */
export class Unread extends Error {}
