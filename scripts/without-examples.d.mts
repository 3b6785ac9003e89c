export function withoutExamples(text: string): string;
