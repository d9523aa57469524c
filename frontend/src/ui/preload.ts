/** Fetches the code of menus, popovers and dialogs before they are wanted. */
export function preloadPopups(): void {
  void import("./menu-layer");
  void import("./popover-layer");
  void import("./dialog-layer");
}
