// Tabs that are addresses: links that look like the tabs of Tabs.tsx, without the code of those.

import styles from './Tabs.module.css'

/** Class of a line of tabs made of links: `<nav className={tabsClass}><Link aria-current="page">`. */
export const tabsClass: string = styles.line
