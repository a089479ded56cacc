/** Encoder of stream frames for the tests, written from docs/stream.md and from nothing else. */

interface TestColumn {
  name: string;
  dtype: 'u1' | 'u2' | 'u4' | 'i4';
  scale: number;
  missing?: number;
  values: number[];
  /** Bytes that the offset is a multiple of; 8 as the service does it. */
  align?: number;
}

export function encodeFrame(
  header: { kind: 'full' | 'delta'; seq?: number; resume?: string; t0_ms?: number; gone?: number[] },
  columns: TestColumn[],
  dtype_said?: string,
): ArrayBuffer {
  const n = columns[0]?.values.length ?? 0;
  const said = columns.map(({ name, dtype, scale, missing }) => ({
    name,
    dtype: dtype_said ?? dtype,
    scale,
    offset: 0,
    ...(missing === undefined ? {} : { missing }),
  }));
  // Room enough for the offsets, which are known only once the length of the header is.
  const header_bytes = 512 * (1 + columns.length);
  let end = 8 + header_bytes;
  columns.forEach((column, i) => {
    const align = column.align ?? 8;
    end = Math.ceil(end / align) * align;
    said[i].offset = end;
    end += n * Number(column.dtype[1]);
  });
  const message = new ArrayBuffer(end);
  const view = new DataView(message);
  const whole = { seq: 1, resume: 'x:1', t0_ms: 1_795_338_000_000, gone: [], ...header, n, columns: said };
  new Uint8Array(message).set(new TextEncoder().encode('BDF1'));
  view.setUint32(4, header_bytes, true);
  new Uint8Array(message, 8).set(new TextEncoder().encode(JSON.stringify(whole).padEnd(header_bytes)));
  columns.forEach((column, i) => {
    for (let k = 0; k < n; k++) write(view, said[i].offset, column.dtype, k, column.values[k]);
  });
  return message;
}

function write(view: DataView, offset: number, dtype: TestColumn['dtype'], i: number, value: number): void {
  if (dtype === 'u1') view.setUint8(offset + i, value);
  else if (dtype === 'u2') view.setUint16(offset + 2 * i, value, true);
  else if (dtype === 'u4') view.setUint32(offset + 4 * i, value, true);
  else view.setInt32(offset + 4 * i, value, true);
}
