// Times, as short as they can be understood; in UTC, as everywhere in the reconciler.

const two = (number) => String(number).padStart(2, "0");
const moment = (given) => (given instanceof Date ? given : new Date(typeof given === "number" ? given * 1000 : given));

export const clock = (given) => {
  const at = moment(given);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
};

export const seconds = (given) => `${clock(given)}:${two(moment(given).getUTCSeconds())}`;

export const day = (given) => {
  const at = moment(given);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(0, 10);
};

export const whole = (given) => `${day(given)} ${seconds(given)} UTC`;
