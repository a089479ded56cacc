/**
 * Shaders of the fleet overlay (WebGL 2). The vertex shader does the movement: it gets the place a terminal
 * glides from and to and computes where it is now, so that a frame costs no work per terminal on the CPU.
 */

export const TERMINAL_VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec4 a_way;      // from x, y to x, y; world units relative to the origin
layout(location = 1) in vec2 a_glide;    // start, duration, seconds
layout(location = 2) in vec3 a_kind;     // fix quality, liveness, has a course
layout(location = 3) in vec2 a_course;   // from, to; 1/256 turns clockwise from north
uniform mat4 u_matrix;
uniform float u_now_s;
uniform float u_radius_px;
uniform float u_beak;                    // 0..1: how far the heading beak stands out
uniform float u_bearing;                 // turns
uniform float u_ratio;                   // device pixels in one CSS pixel
uniform bool u_ring_only;                // the ring around one terminal instead of its marker
uniform vec3 u_colours[9];
uniform vec3 u_offline;
uniform int u_glyphs[9];
out vec4 v_colour;
out vec2 v_heading;
flat out int v_glyph;
flat out float v_beak;
flat out float v_extent_px;
flat out float v_rim_px;

// Small markers have a thin rim: at ten thousand of them every pixel counts.
float rim_px(float radius_px) { return clamp(radius_px * 0.5 - 0.7, 0.5, 1.25); }

void main() {
  int quality = int(a_kind.x + 0.5);
  float f = clamp((u_now_s - a_glide.x) / max(a_glide.y, 0.001), 0.0, 1.0);
  gl_Position = u_matrix * vec4(mix(a_way.xy, a_way.zw, f), 0.0, 1.0);
  float turn = (a_course.y - a_course.x) / 256.0;
  turn -= floor(turn + 0.5);
  float angle = 6.2831853 * (a_course.x / 256.0 + turn * f - u_bearing);
  v_heading = vec2(sin(angle), -cos(angle));
  v_beak = a_kind.z > 0.5 && a_kind.y > 0.5 ? u_beak : 0.0;
  v_glyph = u_glyphs[quality];
  bool offline = a_kind.y < 0.5;
  v_colour = vec4(offline ? u_offline : u_colours[quality], offline ? 0.6 : a_kind.y < 1.5 ? 0.55 : 1.0);
  // Problems are drawn a little larger than the healthy majority, so that one in a thousand is seen.
  float radius_px = u_radius_px * (quality == 4 ? 1.0 : 1.18) + (u_ring_only ? 9.0 : 0.0);
  v_extent_px = (radius_px * (1.0 + 0.75 * v_beak) + (u_ring_only ? 2.0 : rim_px(radius_px))) * u_ratio;
  v_rim_px = rim_px(radius_px) * u_ratio;
  gl_PointSize = 2.0 * v_extent_px;
}`;

export const TERMINAL_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in vec4 v_colour;
in vec2 v_heading;
flat in int v_glyph;
flat in float v_beak;
flat in float v_extent_px;
flat in float v_rim_px;
uniform bool u_ring_only;
uniform float u_ratio;
uniform float u_pulse;
uniform vec3 u_halo;
uniform vec3 u_ring;
out vec4 colour;

float beak(vec2 p, float r) {
  float along = dot(p, v_heading);
  float across = abs(p.x * v_heading.y - p.y * v_heading.x);
  float tip = r * (1.0 + 0.7 * v_beak);
  return max((across - (tip - along) * 0.72) * 0.81, -along);
}

float glyph(vec2 p, float r) {
  if (v_glyph == 1) return length(p) - 0.36 * r;
  if (v_glyph == 2) return max(abs(p.x) - 0.6 * r, abs(p.y) - 0.2 * r);
  if (v_glyph == 3) return length(p) - 0.6 * r;
  if (v_glyph == 4) {
    vec2 q = abs(vec2(p.x + p.y, p.x - p.y) * 0.7071);
    return min(max(q.x - 0.62 * r, q.y - 0.17 * r), max(q.y - 0.62 * r, q.x - 0.17 * r));
  }
  if (v_glyph == 5) return max(length(p) - 0.6 * r, p.x);
  return 1e3;
}

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * v_extent_px;
  if (u_ring_only) {
    float r = v_extent_px - 3.0 * u_ratio - u_pulse * 3.0 * u_ratio;
    float d = abs(length(p) - r) - 1.25 * u_ratio;
    float a = clamp(0.5 - d, 0.0, 1.0);
    float glow = clamp(1.0 - (length(p) - r) / (2.0 * u_ratio), 0.0, 1.0) * 0.07;
    float alpha = max(a, glow);
    colour = vec4(u_ring * alpha, alpha);
    return;
  }
  float r = (v_extent_px - v_rim_px) / (1.0 + 0.75 * v_beak) - 0.5 * u_ratio;
  float d = length(p) - r;
  if (v_beak > 0.0) d = min(d, beak(p, r));
  float body = clamp(0.5 - d, 0.0, 1.0);
  float rim = clamp(0.5 - (d - v_rim_px), 0.0, 1.0);
  vec3 inner = v_colour.rgb;
  if (r > 4.0 * u_ratio) inner = mix(inner, u_halo, clamp(0.5 - glyph(p, r), 0.0, 1.0));
  float alpha = rim * v_colour.a;
  if (alpha < 0.01) discard;
  colour = vec4(mix(u_halo, inner, body) * alpha, alpha);
}`;

// Of a line `from` to `to` in clip space: one corner of the ribbon that it is drawn as, `u_width_px` to either side.
const RIBBON_CORNER = `  vec2 way = (to.xy / to.w - from.xy / from.w) * u_viewport_px;
  float length_px = max(length(way), 0.001);
  vec2 across = vec2(-way.y, way.x) / length_px;
  int corner = gl_VertexID % 6;            // two triangles: 0 1 2, 3 4 5
  bool at_end = corner == 1 || corner == 4 || corner == 5;
  float side = corner == 2 || corner == 3 || corner == 5 ? 1.0 : -1.0;
  vec4 here = at_end ? to : from;
  here.xy += across * side * u_width_px / u_viewport_px * here.w;
  gl_Position = here;
`;

export const TRAIL_VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec4 a_from;     // x, y relative to the origin, fix quality, age 0..1
layout(location = 1) in vec4 a_to;
uniform mat4 u_matrix;
uniform vec2 u_viewport_px;
uniform float u_width_px;
uniform vec3 u_colours[9];
out vec4 v_colour;

void main() {
  vec4 from = u_matrix * vec4(a_from.xy, 0.0, 1.0);
  vec4 to = u_matrix * vec4(a_to.xy, 0.0, 1.0);
${RIBBON_CORNER}  v_colour = vec4(u_colours[int(a_to.z + 0.5)], 0.25 + 0.7 * (1.0 - (at_end ? a_to.w : a_from.w)));
}`;

export const TRAIL_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in vec4 v_colour;
out vec4 colour;
void main() { colour = vec4(v_colour.rgb * v_colour.a, v_colour.a); }`;

export const BASELINE_VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec4 a_ends;     // from x, y to x, y; world units relative to the origin
uniform mat4 u_matrix;
uniform vec2 u_viewport_px;
uniform float u_width_px;
out vec2 v_place;                        // along the line in pixels, across it -1..1

void main() {
  vec4 from = u_matrix * vec4(a_ends.xy, 0.0, 1.0);
  vec4 to = u_matrix * vec4(a_ends.zw, 0.0, 1.0);
${RIBBON_CORNER}  v_place = vec2(at_end ? length_px * 0.5 : 0.0, side);
}`;

export const BASELINE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_place;
uniform float u_core;                    // share of the width that is the line; the rest is halo
uniform float u_dash_px;
uniform vec3 u_line;
uniform vec3 u_halo;
out vec4 colour;
void main() {
  bool gap = mod(v_place.x, 2.0 * u_dash_px) > 1.25 * u_dash_px;
  bool halo = gap || abs(v_place.y) > u_core;
  float alpha = halo ? 0.55 : 1.0;
  colour = vec4((halo ? u_halo : u_line) * alpha, alpha);
}`;

/** The base map behind everything, with the dots that the CPU painted: one triangle that covers the view. */
export const GROUND_VERTEX = `#version 300 es
out vec2 v_place;
void main() {
  v_place = vec2(gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);
  gl_Position = vec4(v_place * 2.0 - 1.0, 0.0, 1.0);
}`;

export const GROUND_FRAGMENT = `#version 300 es
precision mediump float;
in vec2 v_place;
uniform sampler2D u_ground;
uniform sampler2D u_dots;                // premultiplied, top row first
uniform bool u_with_dots;
out vec4 colour;
void main() {
  vec3 ground = texture(u_ground, v_place).rgb;
  if (u_with_dots) {
    vec4 dots = texture(u_dots, vec2(v_place.x, 1.0 - v_place.y));
    ground = dots.rgb + ground * (1.0 - dots.a);
  }
  colour = vec4(ground, 1.0);
}`;
