/** Makes the shows and the inputs of the rarer types known. */
import { inputAlso } from "../field-input";
import { showAlso } from "../show";
import { moreInputs } from "./inputs";
import { moreShows } from "./show";

showAlso(moreShows);
inputAlso(moreInputs);
