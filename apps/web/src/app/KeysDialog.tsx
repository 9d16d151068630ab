import { Dialog } from './Dialog.js';
import { activeKeys } from './keys.js';
import { useStore } from './store.js';

/** The keys that work now. */
export function KeysDialog({ closed }: { closed: () => void }) {
  const keys = useStore(activeKeys);
  return (
    <Dialog title="Keys" closed={closed}>
      <table>
        <tbody>
          {keys.map(({ keys: [first = ''], shown = first, does }) => (
            <tr key={`${first} ${does}`}>
              <th scope="row">
                <kbd>{shown === ' ' ? 'space' : shown}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
