/**
 * A caller who plays a call by themselves: answers what is asked, by how far the call is, never by a script of sentences. So the same caller gets
 * through with any business, its services and its ways of asking. Nothing here knows of a page, a clock or the service.
 */

import { inLanguage } from "./text.js";

/** How often somebody says the same thing in other words before giving up. */
const PATIENCE = 4;
/** How often somebody on hold says nothing before giving up. */
const HOLDING = 12;

/** Numbers that are kept for stories where the country has such; `nn` is two figures, so that one caller is not taken for the last one calling back. */
const PLACES = {
  US: { phone: "+120255501nn", address: { en: "24 Clinton Avenue, Albany, NY 12207" } },
  CA: { phone: "+161355501nn", address: { en: "150 Elgin Street, Ottawa, ON K2P 1L4" } },
  GB: { phone: "+4477009001nn", address: { en: "10 Station Road, Cambridge CB1 2JD" } },
  AU: { phone: "+614915701nn", address: { en: "12 Collins Street, Melbourne VIC 3000" } },
  NZ: { phone: "+642102001nn", address: { en: "20 Queen Street, Auckland 1010" } },
  CN: { phone: "+86138001380nn", address: { en: "88 Jianguo Road, Chaoyang District, Beijing", zh: "北京市朝阳区建国路88号" } },
};
const WORDS = {
  en: {
    name: ["It's Alex Rowe", "Alex Rowe"],
    email: ["It's alex dot rowe at example dot com", "alex.rowe@example.com"],
    service: ["I'd like to book {service}, please", "{service}", "{service}, that's all"],
    time: ["What's the earliest you have?", "The first time you have free", "Tomorrow at ten in the morning", "Next Tuesday at two"],
    confirm: ["No, that's all right", "Yes, please book it"],
    yes: ["Yes", "Yes, that's right", "Yes, please"],
    first: ["The first one", "The first one, please"],
  },
  zh: {
    name: ["我叫陈晨", "陈晨"],
    email: ["chen@example.com", "chen 艾特 example 点 com"],
    service: ["我想预约{service}", "{service}"],
    time: ["最早什么时候有空？", "最早的时间就行", "明天上午十点", "下星期二下午两点"],
    confirm: ["没有要改的", "可以，请预约"],
    yes: ["对", "对，没错", "可以"],
    first: ["第一个", "要第一个"],
  },
};

/** Which of our languages somebody speaks to a business in: that of a language tag, where we know it. */
const tongueOf = (tag) => (String(tag).split("-")[0] in WORDS ? String(tag).split("-")[0] : "en");

/** A number of the business's country to call from. @param {number} number 0 to 99 */
export function callerId(business, number) {
  const { phone } = PLACES[business.country] ?? PLACES.US;
  return phone.replace("nn", String(number).padStart(2, "0"));
}

/**
 * Somebody who wants one of the services.
 *
 * @param {{country: string, services: {name: string | Record<string, string>}[]}} business as `GET /desk` has it
 * @param {string} language a tag, such as "en-US"
 * @param {number} number 0 to 99
 */
export function person(business, language, number) {
  const tongue = tongueOf(language);
  const { address } = PLACES[business.country] ?? PLACES.US;
  const from = callerId(business, number);
  const service = inLanguage(business.services[0]?.name, language) ?? "";
  const words = WORDS[tongue];
  return {
    from,
    words: { ...words, service: words.service.map((sentence) => sentence.replace("{service}", service)), address: [address[tongue] ?? address.en], phone: [from] },
    choices: { service: [service] },
  };
}

/**
 * What is said next: "" is to hold the line and say nothing, null to ring off.
 *
 * @param {ReturnType<typeof person>} who
 * @param {{status: string, step: string, expecting: string}} progress of the last answer
 * @param {number} times how often the same was asked before
 * @returns {string | null}
 */
export function reply(who, { status, step, expecting }, times) {
  if (status === "booked" || status === "ended") return null;
  if (expecting === "nothing") return times < HOLDING ? "" : null;
  if (times >= PATIENCE) return null;
  const { words, choices } = who;
  const said = { confirmation: words.yes, choice: choices[step] ?? words.first }[expecting] ?? words[step] ?? words.yes;
  return said[Math.min(times, said.length - 1)];
}

const CJK = /[\u3000-\u9fff\uff00-\uffef]/g;
/** Milliseconds that somebody needs to hear a sentence and think of an answer. */
export function hearing(sentence) {
  const dense = (sentence.match(CJK) ?? []).length;
  return Math.min(7000, 900 + 40 * (sentence.length - dense) + 140 * dense);
}
