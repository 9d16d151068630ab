import type { ReactNode } from 'react';

interface Props {
  /** Names, or names with a class. */
  columns: readonly (string | readonly [name: string, className: string])[];
  /** Cells before them. */
  children?: ReactNode;
}

/** The heading of a table. */
export function TableHead({ columns, children }: Props) {
  return (
    <thead>
      <tr>
        {children}
        {columns.map((column) => {
          const [name, className] = typeof column === 'string' ? [column] : column;
          return (
            <th key={name} scope="col" className={className}>
              {name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
