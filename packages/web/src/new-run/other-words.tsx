/** A title beside a name, where it says anything else. */

export function otherWords(title: string, name: string) {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  return plain(title) === plain(name) ? null : <span className="quiet">{title}</span>;
}
