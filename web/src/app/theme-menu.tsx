import { Menu } from '@base-ui/react/menu';
import { setTheme, type Theme, useTheme } from './theme.ts';

const themes: { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** Narrower than other buttons: the header has to fit into 320 pixels. */
export const headerButton =
  'inline-flex min-h-11 min-w-10 items-center justify-center rounded-control px-2 text-footnote font-medium text-accent transition-colors duration-150 hover:bg-accent-soft sm:px-3';

export function ThemeMenu() {
  const theme = useTheme();
  return (
    <Menu.Root>
      <Menu.Trigger className={headerButton} aria-label="Appearance">
        <span aria-hidden="true" className="sm:hidden">
          ◐
        </span>
        <span className="hidden sm:inline">Appearance</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" className="z-30">
          <Menu.Popup className="min-w-44 rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
            <Menu.RadioGroup value={theme} onValueChange={setTheme}>
              {themes.map(({ value, label }) => (
                <Menu.RadioItem
                  key={value}
                  value={value}
                  className="flex min-h-11 cursor-default items-center justify-between gap-4 rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9"
                >
                  {label}
                  <Menu.RadioItemIndicator className="text-accent">✓</Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
