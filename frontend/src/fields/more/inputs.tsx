export const moreInputs = {};
