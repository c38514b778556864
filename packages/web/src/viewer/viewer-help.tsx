/** What keys and pointer do in the viewer. */
import { Modal } from '@mantine/core';
import classes from './viewer.module.css';

const lines: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['drag'], 'move the image; the wheel zooms where the pointer is'],
  [['←', '→', '↑', '↓'], 'move; with Shift by half of what is seen'],
  [['+', '−'], 'zoom'],
  [['0'], 'the whole image'],
  [['1'], 'one pixel of the image for one of the screen'],
  [['[', ']'], 'the plane before and behind, with the same zoom'],
  [['Page Up', 'Page Down'], 'the item before and behind'],
  [['Enter'], 'mark the object in the middle; with the ruler, set an end of the line there'],
  [['V'], 'say position and value in the middle'],
  [['M'], 'the ruler: click or drag for a distance'],
  [['O'], 'the overlay on and off'],
  [['F'], 'overlay filled or outlined'],
  [['A'], 'automatic contrast; Shift A resets it'],
  [['S'], 'download the view as a picture'],
  [['P'], 'the panel on and off'],
  [['Esc'], 'unmark; put the ruler away'],
  [['?'], 'this list'],
];

export function ViewerHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keys of the viewer"
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className={classes['keys']}>
        {lines.map(([keys, does]) => (
          <div key={does} style={{ display: 'contents' }}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
