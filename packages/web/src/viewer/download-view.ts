/** The view as a picture with its scale bar, for slides and notebooks; the values stay in the file. */
import type { PictureDescription } from '@gantry/model';
import { chooseScaleBar, longestBar } from './lengths.ts';
import type { PictureStage } from './picture-stage.ts';

/** @returns the file's name */
export async function downloadView(stage: PictureStage, picture: PictureDescription): Promise<string> {
  const { canvas: drawn } = stage;
  const canvas = document.createElement('canvas');
  canvas.width = drawn.width;
  canvas.height = drawn.height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas.');
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, 0, 0);
  const ratio = drawn.width / Math.max(1, drawn.clientWidth);
  context.scale(ratio, ratio);
  drawScaleBar(context, drawn.clientHeight, stage, picture);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture is too large for this browser to save.');
  const name = `${picture.name.replace(/(?:\.ome)?\.[^.]+$/, '')}-view.png`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return name;
}

function drawScaleBar(
  context: CanvasRenderingContext2D,
  height: number,
  stage: PictureStage,
  { pixelSize }: PictureDescription,
): void {
  const { label, width } = chooseScaleBar(stage.getView().scale, pixelSize, longestBar);
  const [left, bottom] = [20, height - 20];
  context.font = '600 14px system-ui, sans-serif';
  context.textAlign = 'center';
  context.shadowColor = '#000';
  context.shadowBlur = 4;
  context.fillStyle = '#fff';
  context.fillRect(left, bottom - 5, width, 5);
  context.fillText(label, left + width / 2, bottom - 12);
}
