/** What this browser can of speech: saying a sentence, and hearing one. Where it cannot, everything is typed and read. */

import { signal } from "../ui.js";

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
export const canHear = Boolean(Recognition);
export const canSay = Boolean(globalThis.speechSynthesis && globalThis.SpeechSynthesisUtterance);

/** Whether a sentence is being said. */
export const saying = signal(false);
/** "off" | "on" (listens whenever nobody else speaks) | "refused" (the microphone is not given) */
export const ear = signal("off");

const MOST_MS_A_CHARACTER = 400; // some browsers have no voice and never say that they are done
let watch = 0;
function said() {
  clearTimeout(watch);
  saying.value = false;
}
/** @param {string} language a tag, such as "en-US" */
export function speak(text, language) {
  if (!canSay || !text) return;
  hush();
  const utterance = Object.assign(new SpeechSynthesisUtterance(text), { lang: language });
  utterance.onend = utterance.onerror = said;
  saying.value = true;
  watch = setTimeout(hush, 2000 + MOST_MS_A_CHARACTER * text.length);
  speechSynthesis.speak(utterance);
}
export function hush() {
  if (saying.value) speechSynthesis.cancel();
  said();
}

const ENOUGH = 3; // readings of one utterance
let [recognition, round] = [null, 0];

function readings(results) {
  const said = [...results];
  const confidence = said.reduce((least, each) => Math.min(least, each[0].confidence || 1), 1);
  const heard = Array.from({ length: ENOUGH }, (_, at) => said.map((each) => (each[at] ?? each[0]).transcript.trim()).join(" "));
  const [message, ...others] = [...new Set(heard)];
  return { message, alternatives: others, confidence };
}

/**
 * Hears one utterance: it is over once nothing came for a while.
 *
 * @param {{language: string, pauseMs: number, hear: (found: {message: string, alternatives: string[], confidence: number}) => void}} wanted
 *   `hear` is told an empty message when nobody said anything
 */
export function attend({ language, pauseMs, hear }) {
  deafen();
  const mine = ++round;
  let [results, pause, over] = [[], 0, false];
  const done = () => {
    clearTimeout(pause);
    if (over || mine !== round) return;
    over = true;
    recognition = null;
    hear(results.length ? readings(results) : { message: "", alternatives: [], confidence: 1 });
  };
  recognition = Object.assign(new Recognition(), { lang: language, continuous: true, interimResults: true, maxAlternatives: ENOUGH });
  recognition.onresult = (event) => {
    results = event.results;
    clearTimeout(pause);
    pause = setTimeout(() => { recognition?.stop(); done(); }, pauseMs);
  };
  recognition.onerror = ({ error }) => {
    if (mine !== round || !["not-allowed", "service-not-allowed", "audio-capture", "network", "language-not-supported"].includes(error)) return;
    over = true;
    ear.value = "refused";
  };
  recognition.onend = done;
  recognition.start();
}
export function deafen() {
  round++;
  recognition?.abort();
  recognition = null;
}
