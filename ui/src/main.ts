document.body.textContent = 'Lookalike';
