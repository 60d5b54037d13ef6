/**
 * The little of observables that botframework-webchat asks of a connection.
 *
 * @template Value
 * @typedef {{ next?: (value: Value) => void, error?: (error: unknown) => void,
 *   complete?: () => void }} Observer
 */

/**
 * @template Value
 * @param {(observer: Required<Observer<Value>>) => void} start called for each subscriber
 */
export function observable(start) {
  return {
    /** @param {Observer<Value> | ((value: Value) => void)} to */
    subscribe(to) {
      const target = typeof to === 'function' ? { next: to } : to;
      let isOpen = true;
      start({
        next: (value) => {
          if (isOpen) target.next?.(value);
        },
        error: (error) => {
          if (isOpen) target.error?.(error);
          isOpen = false;
        },
        complete: () => {
          if (isOpen) target.complete?.();
          isOpen = false;
        },
      });
      return {
        unsubscribe() {
          isOpen = false;
        },
      };
    },
  };
}
