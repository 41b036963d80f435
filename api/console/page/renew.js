/** Stands in the place of the page's script when a page of another release asks for it (`../assets.py`). */
import { renew } from "./lib/renew.js";

renew();
