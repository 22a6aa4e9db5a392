import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { buttonClass } from './button.tsx';

/** What is looked at for a moment above the page: at its side, or from below where there is little room. */
export function Sheet(props: {
  title: string;
  description?: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, description, isOpen, onClose, children } = props;
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-canvas/70 transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup className="fixed inset-x-0 bottom-0 z-40 flex max-h-[88dvh] flex-col rounded-t-card bg-surface shadow-sheet outline-none transition-transform duration-200 ease-out data-ending-style:translate-y-full data-starting-style:translate-y-full md:inset-y-0 md:left-auto md:max-h-none md:w-120 md:rounded-none md:data-ending-style:translate-x-full md:data-ending-style:translate-y-0 md:data-starting-style:translate-x-full md:data-starting-style:translate-y-0">
          <header className="flex items-start justify-between gap-3 border-b border-line px-5 py-4">
            <div className="min-w-0">
              <Dialog.Title className="text-title font-semibold break-words">{title}</Dialog.Title>
              {description && (
                <Dialog.Description className="mt-0.5 text-footnote text-label-2">
                  {description}
                </Dialog.Description>
              )}
            </div>
            <Dialog.Close className={buttonClass('secondary')}>Close</Dialog.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-5">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
