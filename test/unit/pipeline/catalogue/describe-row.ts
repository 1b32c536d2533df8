import { CATALOGUE } from '../../../../src/pipeline/catalogue/catalogue.js';
import type { Choice, Placed } from '../../../../src/pipeline/catalogue/choice.js';
import { processingOf } from '../../../../src/pipeline/catalogue/processing.js';
import type { H264Row, JpegRow, Row, ScaleRow } from '../../../../src/pipeline/catalogue/row.js';
import { chain, element } from '../../../../src/pipeline/syntax.js';

/** On the pictures that it likes best. */
function placed<R extends JpegRow | H264Row>(row: R): Placed<R> {
  const [pictures] = row.inputs;
  if (pictures === undefined) throw new Error(`${row.id} takes nothing`);
  return { row, pictures };
}

function softwareJpeg(): Placed<JpegRow> {
  const row = CATALOGUE.jpeg.find(({ family }) => family === 'software');
  if (row === undefined) throw new Error('the catalogue has no jpegenc');
  return placed(row);
}

function scalerFor(memory: string): ScaleRow | null {
  return CATALOGUE.scale.find((row) => row.memory === memory && memory !== 'system') ?? null;
}

/** The row's own part of a pipeline, for 2 Mbit/s at 30 frames a second and a JPEG quality of 80. */
export function describeRow(row: Row): string {
  const plain: Choice = { decode: null, lane: 'system', scale: null, jpeg: softwareJpeg(), h264: null };
  const hasAll = { propertiesOf: () => null, width: 1920, height: 1080 };
  if (row.job === 'scale') return [row.into, row.within, row.out].map((way) => chain(...way)).join('; ');
  if (row.job === 'decode') {
    const [pictures] = row.outputs;
    if (pictures === undefined) throw new Error(`${row.id} gives nothing`);
    const { memory } = pictures;
    const choice = { ...plain, decode: { row, pictures }, lane: memory, scale: scalerFor(memory) };
    return processingOf(choice, hasAll).decode ?? 'software';
  }
  if (row.job === 'jpeg') {
    const jpeg = placed(row);
    const { before, encoder } = processingOf({ ...plain, jpeg, scale: scalerFor(jpeg.pictures.memory) }, hasAll).jpeg;
    return chain(before, element(encoder.element, encoder.properties(80)));
  }
  const h264 = placed(row);
  const video = processingOf({ ...plain, h264, scale: scalerFor(h264.pictures.memory) }, hasAll).h264;
  if (video === null) throw new Error(`${row.id} is left out`);
  const { before, encoder, caps } = video;
  return chain(before, element(encoder.element, encoder.properties(2_000_000, 30)), caps);
}
