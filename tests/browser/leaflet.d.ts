/** Leaflet is laid into the page as a plain script; it is used as one untyped name. */
declare const L: any;
