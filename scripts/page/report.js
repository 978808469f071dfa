"use strict";
// Plays the console beside the report. Without this script the page shows the last picture and all texts.
(() => {
  const film = JSON.parse(document.getElementById("film").textContent);
  const byId = (id) => document.getElementById(id);
  const [screen, place, play, speed, now] = ["screen", "place", "play", "speed", "now"].map(byId);
  const rows = new Array(film.height).fill(0);
  const lines = rows.map(() => document.createElement("span"));
  let frame = -1;
  let at = film.length;
  let timer = 0;
  let last = 0;

  screen.textContent = "";
  for (const line of lines) screen.append(line, "\n");

  function paint(index) {
    const line = lines[index];
    line.textContent = "";
    for (const part of film.rows[rows[index]]) {
      if (typeof part === "string") {
        line.append(part);
        continue;
      }
      const span = document.createElement("span");
      span.textContent = part[0];
      span.className = part[1];
      line.append(span);
    }
  }

  // Pictures are changes: going back starts from the beginning.
  function show(ms) {
    at = Math.max(0, Math.min(ms, film.length));
    const touched = new Set();
    if (frame >= 0 && film.frames[frame][0] > at) {
      rows.fill(0);
      frame = -1;
      lines.forEach((_, index) => touched.add(index));
    }
    while (frame + 1 < film.frames.length && film.frames[frame + 1][0] <= at) {
      const changed = film.frames[++frame][1];
      for (let i = 0; i < changed.length; i += 2) {
        rows[changed[i]] = changed[i + 1];
        touched.add(changed[i]);
      }
    }
    touched.forEach(paint);
    place.value = String(at);
    const mark = film.marks.filter((one) => one[0] <= at).pop();
    now.textContent = (at / 1000).toFixed(1) + " s" + (mark ? ", " + mark[1] : "");
    place.setAttribute("aria-valuetext", now.textContent);
  }

  function pause() {
    cancelAnimationFrame(timer);
    timer = 0;
    play.textContent = "Play";
  }

  function tick(time) {
    const next = film.frames[frame + 1];
    const wait = next ? next[0] - at : 0;
    // Nobody watches an idle line: a long wait takes a second.
    const step = (time - last) * Number(speed.value) * Math.max(1, wait / 1000);
    last = time;
    show(at + step);
    if (at >= film.length) return pause();
    timer = requestAnimationFrame(tick);
  }

  play.addEventListener("click", () => {
    if (timer) return pause();
    if (at >= film.length) show(0);
    play.textContent = "Pause";
    last = performance.now();
    timer = requestAnimationFrame(tick);
  });
  place.addEventListener("input", () => { pause(); show(Number(place.value)); });
  byId("back").addEventListener("click", () => {
    pause();
    const before = film.marks.filter((one) => one[0] < at);
    show(before.length ? before[before.length - 1][0] : 0);
  });
  byId("next").addEventListener("click", () => {
    pause();
    const after = film.marks.find((one) => one[0] > at);
    show(after ? after[0] : film.length);
  });
  for (const link of document.querySelectorAll("a[data-at]"))
    link.addEventListener("click", () => { pause(); show(Number(link.dataset.at)); });

  place.max = String(film.length);
  show(film.length);
  byId("controls").hidden = false;
})();
